/** The page around a report's sections: self-contained, no script, for screen, phone and paper. */
import { FONT } from './figures/style.ts';
import { html, trusted, type Html } from './html.ts';

const CSS = `
:root { color-scheme: light; --ink: #222; --muted: #5f6b76; --rule: #d9dee3; --soft: #f4f6f8; --accent: #0072B2; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 47rem; background: #fff; color: var(--ink); font: 16px/1.5 ${FONT}; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
.question { font-size: 1.1rem; color: var(--muted); margin: 0 0 1rem; }
.facts { color: var(--muted); font-size: .9rem; }
.answer { background: var(--soft); border-left: 4px solid var(--accent); padding: .6rem .9rem; margin: 1rem 0; }
nav { font-size: .9rem; margin: 1rem 0; line-height: 1.9; }
nav a { margin-right: .9rem; white-space: nowrap; }
figure { margin: 1rem 0 1.6rem; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: .85rem; margin-top: .4rem; }
.phone { display: none; }
/* Shadows where a table is wider than the page; the two white covers scroll along and hide them at the ends. */
.scroll { overflow-x: auto; margin: .6rem 0; background: linear-gradient(90deg, #fff 30%, transparent), linear-gradient(270deg, #fff 30%, transparent) 100% 0, linear-gradient(90deg, #0003, transparent), linear-gradient(270deg, #0003, transparent) 100% 0; background-repeat: no-repeat; background-size: 40px 100%, 40px 100%, 12px 100%, 12px 100%; background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .25rem .55rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { text-align: left; font-weight: 600; color: var(--muted); border-bottom: 2px solid var(--rule); }
.number { text-align: right; white-space: nowrap; }
th.number { white-space: normal; }
.text { min-width: 6.5rem; }
.front { font-weight: 700; }
.question-row { color: var(--ink); border-bottom: 0; padding-top: .8rem; }
.unit { font-weight: 400; color: var(--muted); }
.supported, .contradicted { font-weight: 600; }
pre { background: var(--soft); padding: .7rem; overflow-x: auto; font-size: .78rem; line-height: 1.4; }
summary { cursor: pointer; color: var(--accent); }
footer { margin-top: 3rem; color: var(--muted); font-size: .85rem; }
@media (max-width: 46rem) { .wide { display: none; } .phone { display: block; } body { padding: 1rem .7rem 3rem; } h1 { font-size: 1.4rem; } th, td { padding: .2rem .3rem; } .text { min-width: 4.5rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .wide { display: block; } .phone { display: none; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll, pre { overflow: visible; }
  pre { white-space: pre-wrap; }
  table { font-size: 7.5pt; } th, td { padding: .15rem .2rem; } th.number { font-size: 6.5pt; white-space: normal; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

interface PageContent {
  readonly title: string;
  readonly lead: Html;
  readonly sections: readonly Section[];
  readonly foot: Html;
}

export function page({ title, lead, sections, foot }: PageContent): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${trusted(CSS)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${lead}
        </header>
        <nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a> `)}</nav>
        <main>
          ${sections.map(
            ({ id, title: name, body }) =>
              html`<section id="${id}">
                <h2>${name}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>${foot}</footer>
      </body>
    </html> `.html;
}
