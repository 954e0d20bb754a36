/** Short remarks at the bottom: one line each, at most two, gone after six seconds. Errors stay. */

export interface Toast {
  id: number;
  text: string;
  isError: boolean;
}

const LASTS_MS = 6000;
const AT_MOST = 2;

export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;

  say(text: string, isError = false): void {
    const id = this.#next;
    this.#next += 1;
    this.shown = [...this.shown, { id, text, isError }].slice(-AT_MOST);
    if (!isError) setTimeout(() => this.dismiss(id), LASTS_MS);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
