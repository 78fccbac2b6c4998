/**
 * The server. `run-server.ts` is the life of the process: it reads the environment (`env.ts`), calls `serve.ts`, and
 * closes on signals. `serve.ts` builds the parts (runs, Claude, limits, budgets, metrics) from the environment and
 * listens. `create-app.ts` is the HTTP server: it checks every request, serves `runs.events` as an event stream
 * (`serve-events.ts`), all other procedures through tRPC (`serve-calls.ts`), files (`serve-attachments.ts`), the export
 * (`serve-export.ts`), and the built page (`serve-web.ts`).
 *
 * The procedures are in `routers`. A feature's `start` procedure ends in `startRun`, and its answer streams through
 * `runs.events`. `app-tools.ts` lists the procedures that Claude may call; `tools-of.ts` makes them tools. `testing`
 * starts this server with the simulator in place of Claude.
 *
 * The page's client needs only the types of the routers, so nothing else is exported.
 */
export { type AppRouter, type LabAppRouter } from './routers/app-router.ts'
