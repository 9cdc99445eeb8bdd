/**
 * Measures this machine, in a child process: the request is the argument, as JSON; the answer is one line of JSON on
 * standard output.
 */
import { measureRequest } from './observation.ts';
import { measure } from './measure.ts';

const answer = await measure(measureRequest.parse(JSON.parse(process.argv[2] ?? 'null')));
process.stdout.write(`${JSON.stringify(answer)}\n`);
