/** What a person likes, kept per browser and never in the URL. */

export type ThemeName = "light" | "dark";
export type Density = "default" | "compact" | "full";

interface Stored {
  /** Null = as the system has it. */
  theme: ThemeName | null;
  density: Density;
  insights: boolean;
  inspector: boolean;
  /** Null = as wide as the window suggests. */
  insightsWidth: number | null;
  inspectorWidth: number | null;
  /** Last split looked at, by run. */
  splits: Record<string, string>;
}

const KEY = "errata.preferences";
const NORMAL: Stored = {
  theme: null,
  density: "default",
  insights: true,
  inspector: true,
  insightsWidth: null,
  inspectorWidth: null,
  splits: {},
};

function restore(): Stored {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { ...NORMAL, ...(typeof stored === "object" && stored !== null ? stored : {}) };
  } catch {
    return { ...NORMAL }; // storage is off, or holds something else
  }
}

export class Preferences {
  #stored = $state<Stored>(restore());
  #system = matchMedia("(prefers-color-scheme: dark)");
  #systemIsDark = $state(this.#system.matches);

  readonly theme: ThemeName = $derived(this.#stored.theme ?? (this.#systemIsDark ? "dark" : "light"));

  constructor() {
    this.#system.addEventListener("change", (event) => (this.#systemIsDark = event.matches));
  }

  get density(): Density {
    return this.#stored.density;
  }
  get insights(): boolean {
    return this.#stored.insights;
  }
  get inspector(): boolean {
    return this.#stored.inspector;
  }
  get insightsWidth(): number | null {
    return this.#stored.insightsWidth;
  }
  get inspectorWidth(): number | null {
    return this.#stored.inspectorWidth;
  }

  splitOf(run: string): string | null {
    return this.#stored.splits[run] ?? null;
  }

  set(change: Partial<Stored>): void {
    Object.assign(this.#stored, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#stored));
    } catch {
      // storage is off: the choice lasts as long as the page
    }
  }

  rememberSplit(run: string, split: string): void {
    if (this.#stored.splits[run] !== split) this.set({ splits: { ...this.#stored.splits, [run]: split } });
  }

  toggleTheme(): void {
    this.set({ theme: this.theme === "dark" ? "light" : "dark" });
  }

  nextDensity(): void {
    const order: Density[] = ["default", "compact", "full"];
    this.set({ density: order[(order.indexOf(this.density) + 1) % order.length]! });
  }
}
