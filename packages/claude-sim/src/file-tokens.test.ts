import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { imageTokens, pdfTokens } from './file-tokens.ts'

function png(width: number, height: number): Buffer {
  const file = Buffer.alloc(33)
  file.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')
  file.writeUInt32BE(width, 16)
  file.writeUInt32BE(height, 20)
  return file
}

function gif(width: number, height: number): Buffer {
  const file = Buffer.from('GIF89a\0\0\0\0', 'latin1')
  file.writeUInt16LE(width, 6)
  file.writeUInt16LE(height, 8)
  return file
}

/** With an application segment and a Huffman table before the frame. */
function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from('ffc2 0011 08 0000 0000 03 000000 000000 000000'.replaceAll(' ', ''), 'hex')
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  return Buffer.concat([Buffer.from('ffd8ffe1000600000000ffc400040000', 'hex'), frame])
}

function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const file = Buffer.alloc(40)
  file.write('RIFF\0\0\0\0WEBP' + kind, 'latin1')
  if (kind === 'VP8 ') {
    file.writeUInt16LE(width, 26)
    file.writeUInt16LE(height, 28)
  } else if (kind === 'VP8L') {
    file.writeUInt32LE((width - 1) | ((height - 1) << 14), 21)
  } else {
    file.writeUIntLE(width - 1, 24, 3)
    file.writeUIntLE(height - 1, 27, 3)
  }
  return file
}

test.each([
  ['PNG', png],
  ['GIF', gif],
  ['JPEG', jpeg],
  ['lossy WebP', webp.bind(undefined, 'VP8 ')],
  ['lossless WebP', webp.bind(undefined, 'VP8L')],
  ['extended WebP', webp.bind(undefined, 'VP8X')],
])('a %s image counts a token for 750 of its pixels', (_kind, image) => {
  expect(imageTokens(image(1000, 750))).toBe(1000)
  expect(imageTokens(image(1, 1))).toBe(1)
})

test('a large image is scaled down: to 1568 pixels, and to 1600 tokens', () => {
  expect(imageTokens(png(15_680, 1000))).toBe(Math.ceil((1568 * 100) / 750))
  expect(imageTokens(png(4000, 3000))).toBe(1600)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['half a header', png(10, 10).subarray(0, 20)],
  ['a JPEG without a frame', Buffer.from('ffd8ffe00004', 'hex')],
  ['a JPEG whose segments are broken', Buffer.from('ffd8ffe000020000000000000000', 'hex')],
  ['a PNG without pixels', png(0, 0)],
])('%s is not an image', (_what, file) => {
  expect(() => imageTokens(file)).toThrow('Could not process image')
})

test('a PDF counts its pages, also those in compressed object streams', () => {
  const plain = '<< /Type /Pages /Count 2 >> << /Type /Page >> <</Type/Page/Parent 1 0 R>>'
  expect(pdfTokens(Buffer.from(`%PDF-1.4\n${plain}`))).toBe(4000)
  const stream = deflateSync(plain)
  const head = Buffer.from(
    `%PDF-1.7\n5 0 obj <</Type/ObjStm/Length ${stream.length}/Filter/FlateDecode>>\nstream\r\n`,
  )
  expect(pdfTokens(Buffer.concat([head, stream, Buffer.from('\nendstream endobj')]))).toBe(4000)
  const encrypted = Buffer.concat([head, Buffer.from('no zlib at all\nendstream endobj')])
  expect(pdfTokens(encrypted)).toBe(2000)
})

test('what does not say that it is a PDF is not one', () => {
  expect(() => pdfTokens(Buffer.from('PK\x03\x04'))).toThrow('The PDF specified was not valid.')
})
