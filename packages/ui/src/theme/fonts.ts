// One face for text and one for identifiers, both made for telling characters apart: 0 and O, 1, l and I.
import '@fontsource-variable/atkinson-hyperlegible-mono/wght.css';
import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
