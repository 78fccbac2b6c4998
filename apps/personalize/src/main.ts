/**
 * `pnpm personalize` turns a clone into your own product. It computes every change in memory and writes only when all of
 * them fit the checkout: `rooms/` says what belongs to each part that can be removed, `plan.ts` removes and renames,
 * `leftovers.ts` looks for what is still said. Then it installs, formats, and is gone.
 */
import { readOptions } from './options.ts'
import { PersonalizeError } from './personalize-error.ts'
import { personalize } from './personalize.ts'

try {
  const options = readOptions(process.argv.slice(2))
  if (!options.help) await personalize(options)
} catch (error) {
  if (!(error instanceof PersonalizeError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
