// A cluster of Nodes, each of which fills some memory.
const cluster = require('node:cluster');

if (cluster.isPrimary) {
  for (let worker = 0; worker < 4; worker += 1) cluster.fork();
} else {
  const held = Array.from({ length: 400_000 }, (_, number) => ({ number, text: `${number}` }));
  setTimeout(() => process.exit(held.length === 400_000 ? 0 : 1), 500);
}
