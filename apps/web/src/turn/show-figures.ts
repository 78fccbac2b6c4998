import { createContext } from 'react'

/** Whether answers show their tokens, speed and cost. */
export const ShowFigures = createContext(false)
