/** Explains why a native module does not load, from the messages of Node and the loader. */

/** Versions of Node by the ABI number of native modules: nodejs.org/dist/index.json. */
const nodeOfAbi: Readonly<Record<string, number>> = {
  '93': 16,
  '108': 18,
  '115': 20,
  '127': 22,
  '137': 24,
};

/** `image` is what the command ran in; absent on the machine itself. */
export function nativeModuleHint(output: string, image?: string): string | undefined {
  const here = image === undefined ? 'this machine' : image;
  return ofAbi(output, here, image) ?? ofLibrary(output, here) ?? ofPlatform(output, here);
}

function ofAbi(output: string, here: string, image: string | undefined): string | undefined {
  const [, built] =
    /compiled against a different Node\.js version using\s+NODE_MODULE_VERSION (\d+)/.exec(
      output,
    ) ?? [];
  const [, wanted] =
    /This version of Node\.js requires\s+NODE_MODULE_VERSION (\d+)/.exec(output) ?? [];
  if (built === undefined || wanted === undefined) return undefined;
  const version = nodeOfAbi[built];
  const advice =
    image !== undefined && version !== undefined
      ? `take an image of that Node, as with --image node:${version}-bookworm, ` +
        'or reinstall it in the image'
      : 'reinstall it with the Node that runs it, as with npm rebuild';
  return (
    `a native module in node_modules was built for ${nodeText(built)}, and ${here} has ` +
    `${nodeText(wanted)}: ${advice}`
  );
}

function nodeText(abi: string): string {
  const version = nodeOfAbi[abi];
  return version === undefined ? `ABI ${abi} of Node` : `Node ${version} (ABI ${abi})`;
}

function ofLibrary(output: string, here: string): string | undefined {
  const [, library] = /version [`']((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/.exec(output) ?? [];
  if (library !== undefined) {
    return `a native module needs ${library}, which ${here} is too old for: take a newer one`;
  }
  if (!/Error loading shared library ld-linux|Error relocating .*: symbol not found/.test(output)) {
    return undefined;
  }
  return `a native module was built for glibc, and ${here} has musl: take an image with glibc`;
}

const missing = [
  'You installed esbuild for another platform',
  'Cannot find module @rollup/rollup-',
  'Failed to load native binding',
];

function ofPlatform(output: string, here: string): string | undefined {
  if (/invalid ELF header|wrong ELF class/.test(output)) {
    return (
      `a native module in node_modules was built for another platform than ${here}: ` +
      'reinstall it there'
    );
  }
  return missing.some((text) => output.includes(text))
    ? `node_modules was installed on another platform than ${here}, ` +
        'and its native parts are for that one'
    : undefined;
}
