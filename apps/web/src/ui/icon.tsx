const PATHS = {
  attach:
    'M21 11.5 12.5 20a5.5 5.5 0 0 1-7.8-7.8l9-9a3.7 3.7 0 0 1 5.2 5.2l-9 9a1.8 1.8 0 0 1-2.6-2.6l8.3-8.3',
  arrowDown: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  arrowUp: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm9 5 7 7-7 7',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  edit: 'M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17z',
  file: 'M7 3h7l5 5v13H7zM14 3v5h5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  note: 'M4 4h16v10l-6 6H4zM14 20v-6h6',
  plus: 'M12 5v14M5 12h14',
  retry: 'M4 12a8 8 0 1 1 2.5 5.8M4 20v-5h5',
  stop: 'M7 7h10v10H7z',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.6 3.6-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  trash: 'M4 7h16M9 7V4h6v3m2 0-1 13H8L7 7',
} as const

export type IconName = keyof typeof PATHS

/** A picture beside words, or on a button that has a name of its own. */
export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`flex-none ${className}`}
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
