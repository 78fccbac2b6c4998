/**
 * The live store on Redis or Valkey: how several server processes ("instances") share the runs that they write.
 *
 * Each run is written by one instance for its whole life. Every other copy of its log is a beginning of it, so copies
 * can be short, but never differ.
 *
 * - **Text** (`shared-runs.ts`, `shared-log.ts`): the writing instance keeps the log in its memory, and sends it to Redis at most 250 ms
 *   later; at once while another instance reads the run. What Redis loses it sends again.
 * - **Readers elsewhere** (`copies.ts`, `holders.ts`): an instance with readers of another's run reads the log
 *   from Redis into its own memory, where its readers follow it as any other. It tells the writing instance how many it
 *   has and how far the furthest is (`hold`), which counts as one reader there. After each append it is told in turn
 *   that there is more (`grown`). Holds are repeated every 2 s, and answered if the copy is behind, so any of these
 *   messages may be lost.
 * - **Stop, acks and the rest** are published to all instances. A stop is also noted in Redis, and found there by the
 *   next append, or within 2 s.
 * - **Death** (`beats.ts`): an instance whose beat has not changed in five checks is dead, after 10 to 12 s. Whoever finds
 *   it first seals its runs in Redis, so that it cannot append any more, and records their end with the text that Redis
 *   has.
 * - **Outages** (`link.ts`, `connection.ts`): a connection that leaves a command, or the ping of every beat, unanswered for
 *   3 to 6 s is made again. While Redis answers nobody, nobody is taken for dead; an instance that it alone does not
 *   answer is. What happens then is in `failures/`.
 *
 * Claims and ends are decided in the `RunRecords`: what Redis loses costs no more than text. When Redis is away, runs go on
 * for the readers of their own instance, other readers wait, and no run is started.
 */
export { RedisLiveStore, type RedisLiveStoreOptions } from './redis-live-store.ts'
