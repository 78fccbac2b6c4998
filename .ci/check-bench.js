/** Part of `pnpm check`: checks the benchmark where it is installed, which `pnpm check` itself does not need. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
if (existsSync(join(root, 'apps/bench/node_modules'))) {
  const { status } = spawnSync('pnpm --silent bench:check', { cwd: root, shell: true, stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  process.stdout.write(
    'apps/bench: only its format was checked. `pnpm bench:install` installs it; then so are lint, types and unused code.\n',
  )
}
