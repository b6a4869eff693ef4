// The part of the WebAssembly API used here: its types come with TypeScript's DOM library alone, and this is no browser.
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: { readonly __wbindgen_start?: () => void } };
}

export const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
