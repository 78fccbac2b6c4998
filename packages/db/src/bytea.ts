import { types } from '@electric-sql/pglite'

/** For PGlite, whose own conversion of bytes takes ten times as long, on the event loop. */
export const FAST_BYTEA = {
  serializers: { [types.BYTEA]: (bytes: Buffer) => `\\x${bytes.toString('hex')}` },
  parsers: { [types.BYTEA]: (text: string) => Buffer.from(text.slice(2), 'hex') },
}
