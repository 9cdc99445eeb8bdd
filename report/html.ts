/** HTML as values: a template escapes what it is given, unless it is HTML already. */

export interface Html {
  readonly html: string;
}

type Part = Html | string | number | null | undefined | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Strings and numbers are escaped, lists joined, `null` and `undefined` left out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, i) => (i === 0 ? '' : render(parts[i - 1])) + text).join('') };
}

function render(part: Part): string {
  if (part === null || part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  if ('html' in part) return part.html;
  return part.map(render).join('');
}

/** Markup that was made elsewhere and is trusted: an SVG drawn by this program. */
export function trusted(markup: string): Html {
  return { html: markup };
}

export interface Column<T> {
  readonly head: string;
  readonly value: (row: T) => Html | string | number;
  /** Numbers align on the right. @defaultValue false */
  readonly isNumber?: boolean;
}

/** A table that scrolls sideways by itself where the page is narrow. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): Html {
  const classOf = ({ isNumber }: Column<T>): string => (isNumber === true ? 'number' : 'text');
  return html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td class="${classOf(column)}">${column.value(row)}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
