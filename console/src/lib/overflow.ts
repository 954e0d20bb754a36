/** Cuts a text after some lines and says with the class `cut` whether there was more. See styles/clipped.css. */

import type { Attachment } from "svelte/attachments";

const SLACK = 1; // glyphs of other scripts make lines a little higher

export const cutAfter =
  (lines: number): Attachment<HTMLElement> =>
  (element) => {
    const mark = (): void => {
      const line = parseFloat(getComputedStyle(element.firstElementChild ?? element).lineHeight);
      element.style.maxHeight = `${lines * line + SLACK}px`;
      element.classList.toggle("cut", element.scrollWidth > element.clientWidth + 8);
    };
    const observer = new ResizeObserver(mark);
    observer.observe(element);
    mark();
    return () => observer.disconnect();
  };
