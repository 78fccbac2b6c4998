export { type Certificate, selfSigned } from './self-signed.ts'
