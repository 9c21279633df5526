import { plainText } from '../../domain/plain-text.js';
import { escapeHtml } from '../escape-html.js';
import type { IncidentReport, ReportSection } from './report.js';

/** The report as Markdown; what people and services wrote stands in it as text. */
export function reportMarkdown({ title, sections }: IncidentReport): string {
  return `${[`# ${inMarkdown(title)}`, ...sections.map(sectionMarkdown)].join('\n\n')}\n`;
}

function sectionMarkdown({ heading, lines, table }: ReportSection): string {
  const [head, ...rows] = table;
  const cells = (row: readonly string[]) => `| ${row.map(inMarkdown).join(' | ')} |`;
  const rest =
    head === undefined || rows.length === 0
      ? []
      : [[cells(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(cells)].join('\n')];
  const list = lines.length === 0 ? [] : [lines.map((line) => `- ${inMarkdown(line)}`).join('\n')];
  return [`## ${heading}`, ...list, ...rest].join('\n\n');
}

/** One line, in which nothing is a cell, a tag or a link. */
function inMarkdown(text: string): string {
  return plainText(text).replace(/[\\|<>[\]`*]/g, (letter) => `\\${letter}`);
}

const STYLE =
  `body{font:11px/1.45 DejaVu Sans,Arial,sans-serif;color:#1d2733}h1{font-size:17px}h2{font-size:13px;margin:18px 0 6px;
border-bottom:1px solid #c8d0d8;break-after:avoid}ul{margin:4px 0 8px;padding-left:16px}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:3px 6px;border-bottom:1px solid #e3e8ed;overflow-wrap:anywhere}th{background:#f2f5f8}
tr{break-inside:avoid}`.replaceAll('\n', '');

/** The report as one HTML document that needs nothing from elsewhere. */
export function reportHtml({ title, sections }: IncidentReport): string {
  const body = sections.map(sectionHtml).join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(plainText(title))}</title><style>${STYLE}</style></head><body><h1>${escapeHtml(plainText(title))}</h1>\n${body}</body></html>\n`;
}

function sectionHtml({ heading, lines, table }: ReportSection): string {
  const [head, ...rows] = table;
  const row = (tag: 'th' | 'td') => (cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(plainText(cell))}</${tag}>`).join('')}</tr>`;
  const list =
    lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escapeHtml(plainText(line))}</li>`).join('')}</ul>`;
  const shown =
    head === undefined || rows.length === 0 ? '' : `<table>${row('th')(head)}${rows.map(row('td')).join('')}</table>`;
  return `<h2>${escapeHtml(heading)}</h2>${list}${shown}`;
}
