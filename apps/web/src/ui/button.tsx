import type { ComponentProps } from 'react'

const TONES = {
  plain: 'border-line bg-raised text-ink enabled:hover:border-edge',
  primary: 'border-transparent bg-accent text-accent-ink enabled:hover:brightness-110',
} as const

const DISABLED = 'disabled:border-line disabled:bg-raised disabled:text-quiet'

/** A button with words on it. */
export function Button({
  tone = 'plain',
  className = '',
  ...rest
}: ComponentProps<'button'> & { tone?: keyof typeof TONES }) {
  return (
    <button
      type="button"
      className={`inline-flex min-h-9 flex-none items-center justify-center gap-1.5 rounded-lg border px-3.5 py-1 text-[0.9375rem] leading-snug font-medium ${TONES[tone]} ${DISABLED} ${className}`}
      {...rest}
    />
  )
}
