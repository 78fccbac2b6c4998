import { inspect, styleText } from 'node:util'

const LEVELS: Readonly<Record<number, string>> = {
  10: styleText('gray', 'TRACE'),
  20: styleText('gray', 'DEBUG'),
  30: styleText('green', 'INFO'),
  40: styleText('yellow', 'WARN'),
  50: styleText('red', 'ERROR'),
  60: styleText('red', 'FATAL'),
}

/** Writes pino's lines of JSON for people, to be used in development. */
export function readableLog(output: { write(text: string): unknown } = process.stdout): {
  write(line: string): void
} {
  return { write: (line) => void output.write(readable(line)) }
}

function readable(line: string): string {
  const { level, time, msg, pid: _pid, hostname: _hostname, err, ...fields } = JSON.parse(line)
  const clock = new Date(time).toTimeString().slice(0, 8)
  const rest = Object.keys(fields).length > 0 ? ` ${styleText('gray', inspect(fields, INLINE))}` : ''
  // An error's stack has its message, and says where it came from.
  const cause = err === undefined ? '' : `\n${err.stack ?? inspect(err)}`
  return `${clock} ${LEVELS[level] ?? level} ${msg ?? ''}${rest}${cause}\n`
}

const INLINE = { breakLength: Number.POSITIVE_INFINITY, depth: 4 }
