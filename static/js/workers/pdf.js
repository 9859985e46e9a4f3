/**
 * PDF.js's own worker as one of these pages: it reads a PDF off the page's thread, and fetches nothing
 * but its fonts and character maps from this site.
 */
import "pdfjs-dist/build/pdf.worker.mjs";
