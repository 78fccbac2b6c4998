import { inflateSync } from 'node:zlib'
import { invalidRequest } from './api-error.ts'

/** The API scales larger images down to this many pixels on their long edge, and to this many tokens. */
const MAX_IMAGE_EDGE = 1568
const MAX_IMAGE_TOKENS = 1600
const PIXELS_PER_TOKEN = 750
/** The API says 1,500 to 3,000, by what is on the page. */
const TOKENS_PER_PAGE = 2000

/** By its size in pixels. @throws a 400 `ApiError` for what is not a JPEG, PNG, GIF or WebP file. */
export function imageTokens(file: Buffer): number {
  const { width, height } = pngSize(file) ?? gifSize(file) ?? webpSize(file) ?? jpegSize(file) ?? NO_SIZE
  if (width === 0 || height === 0) throw invalidRequest('Could not process image')
  const scale = Math.min(1, MAX_IMAGE_EDGE / Math.max(width, height))
  return Math.min(MAX_IMAGE_TOKENS, Math.ceil((width * height * scale * scale) / PIXELS_PER_TOKEN))
}

/** By its pages; one that hides them (as an encrypted file does) counts as one page. @throws as `imageTokens`. */
export function pdfTokens(file: Buffer): number {
  if (!file.subarray(0, 1024).includes('%PDF-')) throw invalidRequest('The PDF specified was not valid.')
  return TOKENS_PER_PAGE * Math.max(1, countPages(file))
}

interface Size {
  width: number
  height: number
}

const NO_SIZE: Size = { width: 0, height: 0 }

function pngSize(file: Buffer): Size | undefined {
  if (file.length < 24 || file.toString('latin1', 1, 4) !== 'PNG') return undefined
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) }
}

function gifSize(file: Buffer): Size | undefined {
  if (file.length < 10 || file.toString('latin1', 0, 4) !== 'GIF8') return undefined
  return { width: file.readUInt16LE(6), height: file.readUInt16LE(8) }
}

/** Three kinds of WebP have three kinds of header: extended, lossless and lossy. */
function webpSize(file: Buffer): Size | undefined {
  if (file.length < 30 || file.toString('latin1', 8, 12) !== 'WEBP') return undefined
  switch (file.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 }
    case 'VP8L': {
      const bits = file.readUInt32LE(21)
      return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 }
    }
    case 'VP8 ':
      return { width: file.readUInt16LE(26) & 0x3f_ff, height: file.readUInt16LE(28) & 0x3f_ff }
    default:
      return undefined
  }
}

/** In the first frame header (SOF), which other segments may precede. */
function jpegSize(file: Buffer): Size | undefined {
  if (file.length < 2 || file.readUInt16BE(0) !== 0xff_d8) return undefined
  for (let at = 2; at + 9 <= file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { width: file.readUInt16BE(at + 7), height: file.readUInt16BE(at + 5) }
  }
  return undefined
}

const PAGE = /\/Type\s*\/Page\b/g
const OBJECT_STREAM = /\/ObjStm\b[^]{0,300}?stream\r?\n/g

/** Most writers today put the page objects into compressed streams. */
function countPages(file: Buffer): number {
  const source = file.toString('latin1')
  const streams = Array.from(source.matchAll(OBJECT_STREAM), ({ index, 0: { length } }) =>
    inflated(file.subarray(index + length)),
  )
  return [source, ...streams].reduce((sum, text) => sum + (text.match(PAGE)?.length ?? 0), 0)
}

function inflated(compressed: Buffer): string {
  try {
    return inflateSync(compressed, { maxOutputLength: 10_000_000 }).toString('latin1')
  } catch {
    // Encrypted, or compressed in another way.
    return ''
  }
}
