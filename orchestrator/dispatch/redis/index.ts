/** Hands trials to workers on other machines. Loaded by sweeps over Redis only: it brings BullMQ with it. */
export { makeRedisDispatcher } from './dispatcher.ts';
export { overviewOf, type RedisOverview } from './overview.ts';
export { storeId } from './store-id.ts';
