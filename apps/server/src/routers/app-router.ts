import { router } from '../trpc.ts'
import { chatRouter } from './chat.ts'
import { labRouter } from './lab.ts'
import { modelsRouter } from './models.ts'
import { runsRouter } from './runs.ts'

/** Each says what to ask Claude; `runs` is how anything streams. A feature of your own belongs here. */
const features = { chat: chatRouter, runs: runsRouter, models: modelsRouter }

export const appRouter = router(features)
export type AppRouter = typeof appRouter

/** The same and the lab, for development. */
export const labAppRouter = router({ ...features, lab: labRouter })
export type LabAppRouter = typeof labAppRouter
