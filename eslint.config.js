import js from "@eslint/js";
import globals from "globals";

// Properties of `window` that read like forgotten local variables; tsc takes them for declared.
const WINDOW_TRAPS = "event length name origin parent screenX screenY scrollX scrollY status top".split(" ");

// The rooms of ui/components, each with those that it may import from.
const ROOMS = {
  shared: [],
  decoder: ["shared"],
  drawing_pad: ["shared"],
  path_slider: ["shared", "decoder"],
  training_replay: ["shared"],
  living_map: ["shared", "decoder", "drawing_pad"],
};

/** Only modules of the same room, and of the rooms below it. */
function importsOf([room, below]) {
  const allowed = [String.raw`\./\w+\.js$`, ...below.map((other) => String.raw`\.\./${other}/\w+\.js$`)];
  const message = `${room}/ may import from ${["itself", ...below].join(", ")} only.`;
  const patterns = [{ regex: `^(?!${allowed.join("|")})`, message }];
  return { files: [`ui/components/${room}/**`], rules: { "no-restricted-imports": ["error", { patterns }] } };
}

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "max-len": ["error", { code: 110 }],
      "max-lines": ["error", 350],
      "no-restricted-globals": ["error", ...WINDOW_TRAPS],
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  importsOf(["*", []]),
  ...Object.entries(ROOMS).map(importsOf),
];
