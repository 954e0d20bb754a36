/** Everything the components share. */

import { getContext, setContext } from "svelte";

import { Explore } from "./explore.svelte";
import { Preferences } from "./preferences.svelte";
import { SampleInSight } from "./sample.svelte";
import { Toasts } from "./toasts.svelte";

const KEY = Symbol("console");

export class Console {
  readonly preferences = new Preferences();
  readonly explore = new Explore(this.preferences);
  readonly sample = new SampleInSight();
  readonly toasts = new Toasts();
  /** Narrow windows show a zone as a drawer over the rows; one at a time. */
  drawer = $state<"insights" | "inspector" | null>(null);
  helpIsOpen = $state(false);
  isWide = $state(false);
  isNarrow = $state(false);
  isVeryNarrow = $state(false);

  constructor() {
    const wide = matchMedia("(min-width: 1600px)");
    const narrow = matchMedia("(max-width: 1279.98px)");
    const veryNarrow = matchMedia("(max-width: 959.98px)");
    const follow = (): void => {
      this.isWide = wide.matches;
      this.isNarrow = narrow.matches;
      this.isVeryNarrow = veryNarrow.matches;
      this.drawer = null;
    };
    for (const width of [wide, narrow, veryNarrow]) width.addEventListener("change", follow);
    follow();
  }

  get showsInsights(): boolean {
    return this.isVeryNarrow ? this.drawer === "insights" : this.preferences.insights;
  }

  get showsInspector(): boolean {
    return this.isNarrow ? this.drawer === "inspector" : this.preferences.inspector;
  }

  toggleInsights(): void {
    if (this.isVeryNarrow) this.drawer = this.drawer === "insights" ? null : "insights";
    else this.preferences.set({ insights: !this.preferences.insights });
  }

  toggleInspector(): void {
    if (this.isNarrow) this.drawer = this.drawer === "inspector" ? null : "inspector";
    else this.preferences.set({ inspector: !this.preferences.inspector });
  }

  openInspector(): void {
    if (!this.showsInspector) this.toggleInspector();
  }
}

export const provideConsole = (): Console => setContext(KEY, new Console());
export const useConsole = (): Console => getContext<Console>(KEY);
