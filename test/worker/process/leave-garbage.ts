/** Run with --expose-gc: fills memory, lets go of it, and says how much of it the process had before and after it gave back. */
import { returnMemory } from '../../../worker/process/return-memory.ts';

const held = Array.from({ length: 2000 }, (_, i) => Buffer.alloc(100_000, i));
// The last one keeps the heap from shrinking by itself.
const last = Buffer.alloc(100_000, held.length);
held.length = 0;
const before = process.memoryUsage.rss();
await returnMemory();
console.log(JSON.stringify({ before, after: process.memoryUsage.rss(), kept: last.length }));
