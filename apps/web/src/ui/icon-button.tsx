import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

const TONES = {
  quiet: 'size-8 rounded-lg text-quiet enabled:hover:bg-sunk enabled:hover:text-ink disabled:opacity-40',
  /** The one that matters most. */
  primary:
    'size-9 rounded-full [&>svg]:size-5 bg-accent text-accent-ink enabled:hover:brightness-110 disabled:bg-line disabled:text-quiet',
  stop: 'size-9 rounded-full [&>svg]:size-5 bg-ink text-ground enabled:hover:opacity-90 disabled:opacity-40',
  /** Over the text of a conversation. */
  raised: 'size-9 rounded-full border border-edge bg-raised text-ink shadow-md enabled:hover:bg-sunk',
} as const

/** A button with a picture on it, whose name shows as a tooltip and is what screen readers say. */
export function IconButton({
  icon,
  label,
  tone = 'quiet',
  className = '',
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & {
  icon: IconName
  label: string
  tone?: keyof typeof TONES
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-grid flex-none place-items-center ${TONES[tone]} ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  )
}
