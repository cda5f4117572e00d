// The npm package `square` of today. node newest.mjs BASE_URL, the token in SQUARE_TOKEN.
import { SquareClient, SquareError, WebhooksHelper } from "square";

import { camel, recased, serve, snake, withBigInts } from "./lines.mjs";

// Where a limit is an int64 too.
const BIG = { "customers.search": ["limit"] };
const client = new SquareClient({ baseUrl: process.argv[2], token: process.env.SQUARE_TOKEN, maxRetries: 0 });

async function pages(question) {
    const names = camel(question.call).split(".");
    const method = names.pop();
    const api = names.reduce((found, name) => found[name], client);
    const request = recased(question.arguments, camel);
    const sent = question.api === "customers" ? withBigInts(request, ["version", ...(BIG[question.call] ?? [])]) : request;
    const answer = await (Object.keys(sent).length ? api[method](sent) : api[method]());
    if (typeof answer?.hasNextPage !== "function") {
        return [answer];
    }
    const found = [answer.response];
    while (question.walk && answer.hasNextPage()) {
        await answer.getNextPage();
        found.push(answer.response);
    }
    return found;
}

await serve(async (question) => {
    if (question.verify) {
        const [requestBody, signatureHeader, signatureKey, notificationUrl] = question.verify;
        const helped = { requestBody, signatureHeader, signatureKey, notificationUrl };
        return { accepts: await WebhooksHelper.verifySignature(helped) };
    }
    try {
        return { pages: (await pages(question)).map((page) => recased(page, snake)) };
    } catch (error) {
        if (error instanceof SquareError) {
            return { status: error.statusCode, errors: error.errors };
        }
        throw error;
    }
});
