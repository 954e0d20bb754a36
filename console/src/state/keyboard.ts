/** Keys of the page. Fields keep theirs: they stop the event before it comes here. */

import type { ViewName } from "../lib/address";
import type { Console } from "./console.svelte";

export interface Actions {
  move: (by: number | "page" | "-page" | "first" | "last") => void;
  focusFilter: () => void;
  focusSearch: () => void;
  focusRows: () => void;
  show: (view: ViewName) => void;
}

const CHORD_MS = 700;

const isField = (element: EventTarget | null): boolean =>
  element instanceof HTMLElement && (element.matches("input, textarea, select") || element.isContentEditable);

const isControl = (element: EventTarget | null): boolean =>
  element instanceof HTMLElement && element.closest("button, a, [role=slider], [role=separator], [data-unit]") !== null;

export class Keyboard {
  #app: Console;
  #actions: Actions;
  #chord: ReturnType<typeof setTimeout> | null = null;

  constructor(app: Console, actions: Actions) {
    this.#app = app;
    this.#actions = actions;
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || this.#app.helpIsOpen) return;
    if (isField(event.target) && event.key !== "Escape") return;
    if (event.key === "Enter" && isControl(event.target)) return;
    const handled = this.#chord ? this.#second(event.key) : this.#first(event.key);
    if (handled) event.preventDefault();
  }

  #first(key: string): boolean {
    const { move, focusFilter, focusSearch } = this.#actions;
    const actions: Record<string, () => void> = {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move("page"),
      PageUp: () => move("-page"),
      Home: () => move("first"),
      End: () => move("last"),
      G: () => move("last"),
      g: () => this.#await(),
      d: () => this.#app.preferences.nextDensity(),
      Enter: () => this.#app.openInspector(),
      "/": focusSearch,
      f: focusFilter,
      "?": () => (this.#app.helpIsOpen = true),
      "[": () => this.#app.toggleInsights(),
      "]": () => this.#app.toggleInspector(),
      Escape: () => this.#stepBack(),
    };
    const action = actions[key];
    action?.();
    return action !== undefined;
  }

  /** `g` waits for its second key; alone it goes to the first row. */
  #await(): void {
    this.#chord = setTimeout(() => {
      this.#chord = null;
      this.#actions.move("first");
    }, CHORD_MS);
  }

  #second(key: string): boolean {
    clearTimeout(this.#chord!);
    this.#chord = null;
    if (key === "g") this.#actions.move("first");
    else if (key === "d") this.#actions.show("dataset");
    else if (key === "e") this.#actions.show("embeddings");
    else return this.#first(key);
    return true;
  }

  #stepBack(): void {
    const { explore } = this.#app;
    if (this.#app.drawer) this.#app.drawer = null;
    else if (explore.fault) explore.forgetFault();
    else this.#actions.focusRows();
  }
}
