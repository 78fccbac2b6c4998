// JavaScript, and imported first: an older Node could not read the TypeScript that follows.
const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  process.stderr.write(`The benchmark needs Node 24; this is ${process.versions.node}.\n`)
  process.exit(1)
}
