import type { Nginx } from './start-nginx.ts'

export function httpUrl({ ports }: Nginx): string {
  return `http://127.0.0.1:${ports[0]}`
}

export function httpsUrl({ ports }: Nginx): string {
  return `https://127.0.0.1:${ports[1]}`
}
