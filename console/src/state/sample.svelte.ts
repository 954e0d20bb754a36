/** The sample in the inspector, with its tables. */

import { ApiError, fetchSample, isAbort } from "../api/client";
import type { SampleDetail } from "../api/types";

const SETTLE_MS = 60; // `j` held down passes many samples

export class SampleInSight {
  detail = $state.raw<SampleDetail | null>(null);
  failure = $state.raw<ApiError | null>(null);
  isLoading = $state(false);
  #controller: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #key = "";

  show(run: string, sample: string, where: string): void {
    const key = JSON.stringify([run, sample, where]);
    if (key === this.#key) return;
    this.#key = key;
    clearTimeout(this.#timer);
    this.#controller?.abort();
    if (!sample) {
      this.detail = null;
      this.isLoading = false;
      return;
    }
    this.isLoading = true;
    this.#timer = setTimeout(() => void this.#load(run, sample, where), this.detail ? SETTLE_MS : 0);
  }

  retry(run: string, sample: string, where: string): void {
    this.#key = "";
    this.show(run, sample, where);
  }

  async #load(run: string, sample: string, where: string): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    try {
      this.detail = await fetchSample(run, sample, where, controller.signal);
      this.failure = null;
      this.isLoading = false;
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ApiError)) throw error;
      this.detail = null;
      this.failure = error;
      this.isLoading = false;
    }
  }
}
