import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Settings } from '../chat/settings.ts'

/** Puts the chosen theme on the page, as `public/theme.js` does before the first paint. */
export function useTheme(settings: Settings) {
  const { theme = 'system' } = useStore(settings)

  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
      const own = meta.dataset['theme']
      if (theme === 'system') meta.media = `(prefers-color-scheme: ${own})`
      else meta.media = theme === own ? 'all' : 'not all'
    }
  }, [theme])
}
