/** The gate, the water that waits behind it, and what it lets through. */
export function Mark() {
  return (
    <svg className="size-7 flex-none" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M17.5 6.5v11.5M6.5 9.5h6M6.5 16h6M6.5 24q4.75-4.5 9.5 0t9.5 0"
        className="fill-none stroke-accent-ink stroke-[2.75] [stroke-linecap:round]"
      />
    </svg>
  )
}
