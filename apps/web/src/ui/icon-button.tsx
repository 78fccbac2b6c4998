import type { ComponentProps } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** A button with a picture on it, whose name shows as a tooltip and is what screen readers say. */
export function IconButton({
  icon,
  label,
  className = '',
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & { icon: IconName; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-grid size-8 flex-none place-items-center rounded-lg text-quiet enabled:hover:bg-sunk enabled:hover:text-ink disabled:opacity-40 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  )
}
