// Vite leaves what comes from node_modules to Node, unless it is told to bundle it.
export default { ssr: { noExternal: true } };
