export { type ImageStoreConfig, imageStoreEnvironment, toImageStoreConfig } from "./environment";
export { createImageStore, type ImageStore } from "./image-store";
export { createImageMaker, type ImageMaker } from "./image-maker";
export { loadSharp, type SharpModule } from "./sharp-module";
export {
  createImageUploads,
  type ImagesRefused,
  type ImagesUnavailable,
  type ImageUpload,
  type ImageUploads,
  type PublicImage,
  type RequestOutcome,
  uploadKey,
} from "./image-uploads";
export { type ImageProblem } from "./problems";
export { type UploadNote, type UploadNotes } from "./upload-notes";
