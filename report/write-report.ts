/** One HTML file with everything in it, and its figures beside it as SVG and PNG. Equal results give equal bytes. */
import { systemError } from '../contract/index.ts';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { accuracyFlops } from './figures/accuracy-flops.ts';
import { alongAxes } from './figures/along-axes.ts';
import { depthWidth } from './figures/depth-width.ts';
import type { Figure } from './figures/figure.ts';
import { learningCurves } from './figures/learning-curves.ts';
import { ownCurves } from './figures/own-curves.ts';
import { ownMetrics } from './figures/own-metrics.ts';
import { predictedMeasured } from './figures/predicted-measured.ts';
import { resolutionReturns } from './figures/resolution-returns.ts';
import { type ScopeOptions, makeFolder, type SqliteStore } from '../results/index.ts';
import { collect, type ReportData } from './collect.ts';
import { html, trusted, type Html } from './html.ts';
import { page, type Section } from './page.ts';
import { answer, bestTable, cellsTable, environmentSection, failuresSection, findingsSection } from './sections.ts';
import { plural } from './words.ts';

export interface ReportOptions extends ScopeOptions {
  /** Folder to write into; made if it is not there. */
  readonly out: string;
}

export interface WrittenReport {
  /** Path of the page. */
  readonly page: string;
  /** Paths of the figures, SVG and PNG. */
  readonly figures: readonly string[];
}

/** @throws `NOT_FOUND` for an unknown sweep or an empty store, `STORE_UNWRITABLE` or `DISK_FULL` for the folder. */
export async function writeReport(store: SqliteStore, options: ReportOptions): Promise<WrittenReport> {
  const report = await renderReport(store, options);
  const { pngOf } = await drawing();
  const folder = path.join(options.out, 'figures');
  const drawn = report.figures.map(async ({ name, svg }): Promise<[string, string | Uint8Array][]> => [
    [path.join(folder, `${name}.svg`), svg],
    [path.join(folder, `${name}.png`), await pngOf(svg)],
  ]);
  const files = (await Promise.all(drawn)).flat();
  const pageFile = path.join(options.out, 'report.html');
  try {
    makeFolder(folder);
    for (const [file, content] of [...files, [pageFile, report.html] as const]) {
      writeFileSync(`${file}.part`, content);
      renameSync(`${file}.part`, file);
    }
  } catch (error) {
    throw systemError(error, `write ${pageFile}`) ?? error;
  }
  return { page: pageFile, figures: files.map(([file]) => file) };
}

/** Loaded when something is drawn: the libraries take half a second, and most commands draw nothing. */
async function drawing() {
  return await import('./figures/render.ts');
}

export interface RenderedFigure {
  readonly name: string;
  readonly svg: string;
}

export async function renderReport(
  store: SqliteStore,
  options: ScopeOptions = {},
): Promise<{ html: string; figures: RenderedFigure[] }> {
  const data = collect(store, options);
  const { svgOf } = await drawing();
  const rendered: RenderedFigure[] = [];
  const draw = async (figure: Figure | undefined): Promise<Html | undefined> => {
    if (figure === undefined) return undefined;
    const [wide, phone] = [await svgOf(figure.spec('wide')), await svgOf(figure.spec('phone'))];
    rendered.push({ name: figure.name, svg: wide });
    return html`<figure id="figure-${figure.name}">
      <div class="wide">${inline(wide, figure)}</div>
      <div class="phone">${inline(phone, figure)}</div>
      <figcaption><strong>${figure.title}.</strong> ${figure.caption}</figcaption>
    </figure>`;
  };
  const { cells, front, bests, sweep, facts, paper } = data;
  const isKnown = cells.some(({ interval }) => interval !== null);
  const budgets = bests.flatMap(({ budget }) => budget.flops ?? []);
  const arms = depthWidth(cells);
  const parts: [string, string, (Html | undefined)[]][] = [
    ['best', 'Best under a budget', [bestTable(data)]],
    ['flops', 'Accuracy against FLOPs', [await draw(accuracyFlops({ cells, front, budgets }))]],
    ['findings', 'What can be said', cells.length > 1 ? [findingsSection(data.findings)] : []],
    ['axes', 'Along each axis', [await draw(alongAxes(cells))]],
    [
      'depth-width',
      'Depth against width',
      arms === undefined ? [] : [await draw(arms), await draw(onStepTime(data)), await draw(inPaper(paper))],
    ],
    ['resolution', 'Returns of resolution', [await draw(resolutionReturns(cells))]],
    ['curves', 'Learning curves', [await draw(learningCurves(data.rows, data.curves))]],
    ['cost', 'Predicted against measured cost', [await draw(predictedMeasured(facts.predictions))]],
    ['own', "The trainer's own numbers", [await draw(ownMetrics(data.rows)), await draw(ownCurves(data.curves))]],
    ['cells', 'All cells', cells.length > 0 ? [cellsTable(data)] : []],
    ['failures', 'Failures', [failuresSection(data)]],
    ['environment', 'Environment', [environmentSection(data)]],
  ];
  const sections: Section[] = parts
    .map(([id, title, bodies]) => ({ id, title, body: html`${bodies}` }))
    .filter(({ body }) => body.html !== '');
  const content = page({
    title: sweep.name,
    lead: html`${sweep.question === null ? null : html`<p class="question">${sweep.question}</p>`}
      <p class="facts">${factsLine(data)}</p>
      ${answer(data)}`,
    sections,
    foot: html`<p>
        Top-1 accuracies are means over seeds. Intervals are of Student's t at 95 %, on the deviation between seeds at
        the cell's schedule and resolution, drawn towards that of all${isKnown ? '' : '; here no cell has two seeds'}.
        They say what new seeds would change, on the same minival images. FLOPs count a multiply-add as 2.
      </p>
      <p>Made by scalesweep.</p>`,
  });
  return { html: content, figures: rendered };
}

function factsLine({ sweep, dataset, isOneSweep, cells, facts, otherCosts }: ReportData): string {
  const day = new Date(sweep.createdAt).toISOString().slice(0, 10);
  const whose = isOneSweep
    ? `Sweep ${sweep.id} of ${day}`
    : `All results on this dataset; latest sweep ${sweep.id} of ${day}`;
  return `${whose}. Dataset ${dataset}. ${plural(cells.length, 'cell')} measured, ${facts.finished} of ${plural(facts.planned, 'trial')} finished, ${facts.failed.length} failed.${otherCosts === undefined ? '' : ` ${otherCosts}.`}`;
}

/** Readers who hear the page get the figure's title; its text would be a list of tick labels. */
function inline(svg: string, figure: Figure): Html {
  return trusted(svg.replace('<svg ', `<svg role="img" aria-label="${figure.title}" `));
}

function onStepTime({ cells }: ReportData): Figure | undefined {
  return depthWidth(cells, {
    axis: 'stepMs',
    name: 'depth-width-step-time',
    title: 'Depth against width, on step time',
  });
}

function inPaper(cells: ReportData['paper']): Figure | undefined {
  const figure = depthWidth(cells, {
    axis: 'stepMs',
    name: 'depth-width-paper',
    title: 'Depth against width in the paper',
  });
  if (figure === undefined) return undefined;
  return {
    ...figure,
    caption: `For comparison, ResNet-RS (Bello et al. 2021), Figure 3, on ImageNet: step time on TPU. ${figure.caption}`,
  };
}
