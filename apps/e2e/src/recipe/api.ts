import type { HaikuAppRouter } from '@sluice/server/testing'
import { createTRPCReact } from '@trpc/react-query'

/** As `apps/web/src/api.ts` has it, once `haiku` and `trip` are features. */
export const trpc = createTRPCReact<HaikuAppRouter>()
