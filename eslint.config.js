import js from "@eslint/js";
import globals from "globals";

// Properties of `window` that read like forgotten local variables; tsc takes them for declared.
const WINDOW_TRAPS = [
  "event",
  "length",
  "name",
  "origin",
  "parent",
  "screenX",
  "screenY",
  "scrollX",
  "scrollY",
  "status",
  "top",
];

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-restricted-globals": ["error", ...WINDOW_TRAPS],
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
