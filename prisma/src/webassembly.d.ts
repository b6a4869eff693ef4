// The part of the WebAssembly API used here: it comes with TypeScript's DOM library alone, and this is no browser.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: { readonly __wbindgen_start?: () => void } };
};
