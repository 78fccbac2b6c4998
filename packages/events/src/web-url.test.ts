import { expect, test } from 'vitest'
import { webUrl } from './web-url.ts'

test.each([
  ['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['HTTP://Example.com', 'http://example.com/'],
  ['https://example.com/a b">\n)](x', 'https://example.com/a%20b%22%3E)](x'],
  ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
])('%j is an address of the web', (address, normalised) => {
  expect(webUrl(address)).toBe(normalised)
})

test.each([
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  ' https://example.com',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  'mailto:a@example.com',
  '//example.com/a',
  '/trpc/runs.stop',
  'https:example.com',
  'https://',
  'https://bank.example@evil.example/',
  'https://user:password@evil.example/',
  `https://example.com/${'a'.repeat(2048)}`,
  `https://example.com/${'ü'.repeat(1000)}`,
  '',
])('%j is not', (address) => {
  expect(webUrl(address)).toBeUndefined()
})
