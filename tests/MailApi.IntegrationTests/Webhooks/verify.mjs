// Reads {library, secret, headers, body} from standard input; prints "verified", or why the library refuses.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/package.json`);
const { library, secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const { Webhook } = require(library);
try {
  new Webhook(secret).verify(body, headers);
  console.log("verified");
} catch (error) {
  console.log(`refused: ${error.message}`);
}
