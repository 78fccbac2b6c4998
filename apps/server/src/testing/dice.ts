import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { procedure, router } from '../trpc.ts'

export const diceRouter = router({
  roll: procedure
    .meta({ tool: { description: 'Rolls a die. Use it when chance decides.' } })
    .input(z.strictObject({ sides: z.int().min(2).max(1000) }))
    .query(({ input: { sides } }) => ({ rolled: randomInt(sides) + 1 })),
})
