/** Takes the theme as the browser does from Python; to be imported by tests of whatever asks for it. */

import { readFileSync } from "node:fs";

import { takeTheme, theme } from "../../../ctviz/ui/viewer/frontend/theme.js";

takeTheme(JSON.parse(readFileSync(new URL("../../../ctviz/core/theme.json", import.meta.url), "utf-8")));

export { theme };
