// The npm package `square` of before 2025 (39.1.1). node old.mjs BASE_URL, the token in SQUARE_TOKEN.
import square from "square-39";

import { camel, recased, serve, snake, withBigInts } from "./lines.mjs";

// A word of the language is not a name in this SDK.
const named = (key) => (key === "boolean" ? "mBoolean" : camel(key));
const { ApiError, Client, WebhooksHelper } = square;
const client = new Client({
    environment: "custom",
    customUrl: process.argv[2],
    bearerAuthCredentials: { accessToken: process.env.SQUARE_TOKEN },
});

async function page(question, cursor) {
    const { api, name, path, query } = question;
    const given = cursor ? { ...question.arguments, cursor } : question.arguments;
    const rest = Object.fromEntries(Object.entries(given).filter(([key]) => !path.includes(key)));
    const body = recased(rest, named);
    const sent = api === "customers" ? withBigInts(body) : body;
    const positional = query ? query.map((key) => sent[camel(key)]) : [sent];
    const answer = await client[camel(api) + "Api"][camel(name)](...path.map((key) => given[key]), ...positional);
    return answer.result;
}

async function pages(question) {
    const found = [await page(question)];
    while (question.walk && found.at(-1).cursor) {
        found.push(await page(question, found.at(-1).cursor));
    }
    return found;
}

await serve(async (question) => {
    if (question.verify) {
        return { accepts: WebhooksHelper.isValidWebhookEventSignature(...question.verify) };
    }
    try {
        return { pages: (await pages(question)).map((one) => recased(one, snake)) };
    } catch (error) {
        if (error instanceof ApiError) {
            return { status: error.statusCode, errors: error.errors };
        }
        throw error;
    }
});
