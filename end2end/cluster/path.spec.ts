// The program on a real kube-apiserver (`make test-cluster`): a list that lives, and an agent that answers.
import { expect, hydrated, test } from "../support/fixtures.ts";

const NAMESPACE = "default";

test("on a cluster, an agent answers on its page and the list of queries moves by the watch", async ({ page, start, model }) => {
  const kubeconfig = process.env.ARKDECK_TEST_KUBECONFIG;
  test.skip(!kubeconfig, "ARKDECK_TEST_KUBECONFIG is not set; make test-cluster sets it");
  const arkdeck = await start({ kubeconfig });
  const name = `e2e-${Date.now().toString(36)}`;
  model.fallback = { text: "Answered on a real cluster." };

  await page.goto(`${arkdeck.url}/ns/${NAMESPACE}/queries`);
  await hydrated(page);
  await expect(page.locator("html")).toHaveAttribute("data-live", "live");

  await arkdeck.apply(`
apiVersion: ark.mckinsey.com/v1alpha1
kind: Model
metadata: { name: ${name}, namespace: ${NAMESPACE} }
spec:
  type: completions
  provider: openai
  model: { value: mock }
  config:
    openai:
      baseUrl: { value: "${model.url}" }
      apiKey: { value: none }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Agent
metadata: { name: ${name}, namespace: ${NAMESPACE} }
spec:
  prompt: You answer.
  modelRef: { name: ${name} }
---
apiVersion: ark.mckinsey.com/v1alpha1
kind: Query
metadata: { name: ${name}, namespace: ${NAMESPACE} }
spec:
  input: Where do you run?
  target: { type: agent, name: ${name} }
`);
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toBeVisible();
  await expect(row).toContainText("Done");

  await page.goto(`${arkdeck.url}/ns/${NAMESPACE}/queries/${name}`);
  await hydrated(page);
  await expect(page.getByText("Answered on a real cluster.").first()).toBeVisible();
});
