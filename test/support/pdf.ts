import { getDocumentProxy } from 'unpdf';

/** One page of a PDF as a reader has it. */
export interface ReadPage {
  /** What can be selected. */
  readonly text: string;
  readonly widthPoints: number;
  readonly heightPoints: number;
}

/** Reads a PDF back with another program than the one that wrote it. */
export async function readPdf(bytes: Uint8Array): Promise<readonly ReadPage[]> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const pages: ReadPage[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const { width, height } = page.getViewport({ scale: 1 });
    const parts: readonly unknown[] = items; // the package gives them no type
    const text = parts.map((part) => (isText(part) ? part.str : '')).join(' ');
    pages.push({ text: text.replace(/\s+/g, ' '), widthPoints: width, heightPoints: height });
  }
  await document.destroy();
  return pages;
}

function isText(part: unknown): part is { readonly str: string } {
  return typeof part === 'object' && part !== null && 'str' in part && typeof part.str === 'string';
}
