// A tour with HAPI FHIR's client: https://hapifhir.io/hapi-fhir/docs/client/introduction.html
// Run as one source file: java -cp <jars> Tour.java

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.api.SearchStyleEnum;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.server.exceptions.AuthenticationException;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.ForbiddenOperationException;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import ca.uhn.fhir.rest.server.exceptions.PreconditionFailedException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.util.BundleBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.hl7.fhir.instance.model.api.IIdType;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;

public class Tour {
  static final FhirContext FHIR = FhirContext.forR4();
  static final String BASE = System.getenv("FHIR_BASE");
  static final String SYSTEM = "http://example.org/tour";

  interface Work {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    FHIR.getRestfulClientFactory().setSocketTimeout(60_000);
    IGenericClient client = clientOf("SYSTEM");
    step("metadata", () -> {
      CapabilityStatement told = client.capabilities().ofType(CapabilityStatement.class).execute();
      same("4.0.1", told.getFhirVersion().toCode());
    });
    IdType[] id = new IdType[1];
    Patient who = person();
    step("create", () -> {
      MethodOutcome made = client.create().resource(who).execute();
      check(made.getCreated(), "created");
      same("1", made.getId().getVersionIdPart());
      id[0] = (IdType) made.getId().toUnqualifiedVersionless();
    });
    step("read", () -> {
      Patient read = client.read().resource(Patient.class).withId(id[0]).execute();
      same("Nguyễn", read.getNameFirstRep().getFamily());
      Patient first = client.read().resource(Patient.class).withIdAndVersion(id[0].getIdPart(), "1").execute();
      same(read.getMeta().getVersionId(), first.getMeta().getVersionId());
    });
    step("update", () -> {
      Patient read = client.read().resource(Patient.class).withId(id[0]).execute();
      read.setActive(true);
      same("2", client.update().resource(read).execute().getId().getVersionIdPart());
      read.setId(id[0].withVersion("1"));
      refused(PreconditionFailedException.class, () ->
          client.update().resource(read).withAdditionalHeader("If-Match", "W/\"1\"").execute());
    });
    step("patch", () -> {
      String json = "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"female\"}]";
      MethodOutcome patched = client.patch().withBody(json).withId(id[0]).execute();
      same("3", patched.getId().getVersionIdPart());
      client.patch().withFhirPatch(replacement("Patient.gender", "other")).withId(id[0]).execute();
      Patient read = client.read().resource(Patient.class).withId(id[0]).execute();
      same(AdministrativeGender.OTHER, read.getGender());
    });
    step("history", () -> {
      Bundle told = client.history().onInstance(id[0]).returnBundle(Bundle.class).execute();
      same(4, told.getEntry().size());
    });
    step("conditional create", () -> {
      Patient one = person();
      String criteria = "Patient?identifier=" + valueOf(one);
      MethodOutcome first = client.create().resource(one).conditionalByUrl(criteria).execute();
      MethodOutcome again = client.create().resource(one).conditional()
          .where(Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, one.getIdentifierFirstRep().getValue()))
          .execute();
      check(Boolean.TRUE.equals(first.getCreated()) && !Boolean.TRUE.equals(again.getCreated()), "created once");
      same(first.getId().getIdPart(), again.getId().getIdPart());
    });
    step("conditional update, patch and delete", () -> {
      Patient one = person();
      String criteria = "Patient?identifier=" + valueOf(one);
      MethodOutcome first = client.update().resource(one).conditionalByUrl(criteria).execute();
      MethodOutcome again = client.update().resource(one.setActive(true)).conditionalByUrl(criteria).execute();
      same(first.getId().getIdPart(), again.getId().getIdPart());
      String json = "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"female\"}]";
      client.patch().withBody(json).conditionalByUrl(criteria).execute();
      client.delete().resourceConditionalByUrl(criteria).execute();
      same(0, count(client, valueOf(one)));
    });
    searches(client, id[0], valueOf(who));
    step("transaction", () -> {
      Bundle reply = client.transaction().withBundle(transaction()).execute();
      for (Bundle.BundleEntryComponent entry : reply.getEntry()) {
        same("201 Created", entry.getResponse().getStatus());
      }
      IdType weight = new IdType(reply.getEntry().get(0).getResponse().getLocation());
      Observation read = client.read().resource(Observation.class).withId(weight.getIdPart()).execute();
      check(read.getSubject().getReference().startsWith("Patient/"), "a reference");
      BundleBuilder built = new BundleBuilder(FHIR);
      Patient one = person();
      built.addTransactionCreateEntry(one).conditional("Patient?identifier=" + valueOf(one));
      built.addTransactionUpdateEntry(person()).conditional("Patient?identifier=" + valueOf(person()));
      built.addTransactionFhirPatchEntry(id[0], replacement("Patient.gender", "female"));
      Bundle done = client.transaction().withBundle((Bundle) built.getBundle()).execute();
      same(List.of("201 Created", "201 Created", "200 OK"),
          done.getEntry().stream().map(entry -> entry.getResponse().getStatus()).toList());
    });
    step("operations", () -> {
      Bundle everything = client.operation().onInstance(id[0]).named("$everything").withNoParameters(Parameters.class)
          .useHttpGet().returnResourceType(Bundle.class).execute();
      check(everything.getEntry().size() >= 6, "everything");
      Parameters told = client.operation().onInstance(id[0]).named("$meta").withNoParameters(Parameters.class).execute();
      check(told.getParameterFirstRep().getValue() instanceof Meta, "a Meta");
    });
    step("validate", () -> {
      OperationOutcome fine = (OperationOutcome) client.validate().resource(person()).execute().getOperationOutcome();
      check(fine.getIssue().stream().noneMatch(one -> one.getSeverity() == IssueSeverity.ERROR), "no error");
      Observation unfinished = new Observation().setSubject(new Reference(id[0]));
      OperationOutcome told = (OperationOutcome) client.validate().resource(unfinished).execute()
          .getOperationOutcome();
      check(told.getIssue().stream().anyMatch(one -> one.getSeverity() == IssueSeverity.ERROR), "an error");
    });
    step("delete", () -> {
      IIdType gone = client.create().resource(person()).execute().getId().toUnqualifiedVersionless();
      client.delete().resourceById(gone).execute();
      refused(ResourceGoneException.class, () -> client.read().resource(Patient.class).withId(gone).execute());
    });
    step("errors", () -> {
      refused(ResourceNotFoundException.class,
          () -> client.read().resource(Patient.class).withId("nobody").execute());
      Observation unfinished = new Observation();
      unfinished.setSubject(new Reference(id[0]));
      BaseServerResponseException told = refused(BaseServerResponseException.class,
          () -> client.create().resource(unfinished).execute());
      OperationOutcome outcome = (OperationOutcome) told.getOperationOutcome();
      check(outcome.getIssue().stream().anyMatch(one -> one.getExpression().stream()
          .anyMatch(place -> place.getValue().equals("Observation.status"))), "the place");
      refused(InvalidRequestException.class, () -> client.search().byUrl("Patient?birthdate=yesterday")
          .returnBundle(Bundle.class).execute());
    });
    step("the ward", () ->
        same(id[0].getIdPart(), clientOf("NURSE").read().resource(Patient.class).withId(id[0]).execute()
            .getIdElement().getIdPart()));
    step("the wrong ward", () -> {
      IGenericClient other = clientOf("OTHER_WARD");
      same(0, count(other, valueOf(who)));
      refused(ResourceNotFoundException.class, () -> other.read().resource(Patient.class).withId(id[0]).execute());
      refused(ResourceNotFoundException.class, () -> other.delete().resourceById(id[0]).execute());
      refused(BaseServerResponseException.class, () -> other.create().resource(weight(id[0].getValue())).execute());
    });
    step("a hospital", () -> {
      IGenericClient hospital = clientOf("HOSPITAL");
      refused(ResourceNotFoundException.class, () -> hospital.read().resource(Patient.class).withId(id[0]).execute());
      Bundle found = hospital.search().byUrl("Patient?_id=" + id[0].getIdPart()).returnBundle(Bundle.class).execute();
      same(0, found.getEntry().size());
      refused(ForbiddenOperationException.class, () -> count(hospital, valueOf(who)));
    });
    step("the city, and nobody", () -> {
      refused(ForbiddenOperationException.class, () -> count(clientOf("CITY"), valueOf(who)));
      refused(AuthenticationException.class,
          () -> count(FHIR.newRestfulGenericClient(BASE), valueOf(who)));
    });
  }

  static void searches(IGenericClient client, IdType id, String value) throws Exception {
    for (int n = 0; n < 5; n++) {
      client.create().resource(weight(id.getValue())).execute();
    }
    step("paging", () -> {
      Bundle page = client.search().forResource(Observation.class).where(Observation.PATIENT.hasId(id)).count(2)
          .returnBundle(Bundle.class).execute();
      HashSet<String> found = new HashSet<>();
      List<Integer> sizes = new ArrayList<>();
      for (; page != null; page = page.getLink(Bundle.LINK_NEXT) == null
          ? null : client.loadPage().next(page).execute()) {
        sizes.add(page.getEntry().size());
        page.getEntry().forEach(entry -> found.add(entry.getResource().getIdElement().getIdPart()));
      }
      same(List.of(2, 2, 1), sizes);
      same(5, found.size());
    });
    step("search by POST", () -> {
      Bundle found = client.search().forResource(Patient.class)
          .where(Patient.IDENTIFIER.exactly().identifier(value.split("\\|")[1]))
          .usingStyle(SearchStyleEnum.POST).returnBundle(Bundle.class).execute();
      same(1, found.getEntry().size());
    });
    step("chains", () -> {
      Bundle found = client.search().forResource(Observation.class)
          .where(Observation.PATIENT.hasChainedProperty(
              Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, value.split("\\|")[1])))
          .returnBundle(Bundle.class).execute();
      same(5, found.getEntry().size());
    });
    step("includes", () -> {
      Bundle along = client.search().forResource(Observation.class).where(Observation.PATIENT.hasId(id))
          .include(Observation.INCLUDE_SUBJECT).returnBundle(Bundle.class).execute();
      same(6, along.getEntry().size());
      Bundle back = client.search().forResource(Patient.class).where(Patient.RES_ID.exactly().identifier(id.getIdPart()))
          .revInclude(Observation.INCLUDE_SUBJECT).returnBundle(Bundle.class).execute();
      same(6, back.getEntry().size());
    });
  }

  static IGenericClient clientOf(String who) {
    IGenericClient client = FHIR.newRestfulGenericClient(BASE);
    client.registerInterceptor(new BearerTokenAuthInterceptor(System.getenv("TOKEN_" + who)));
    return client;
  }

  static int count(IGenericClient client, String identifier) {
    return client.search().byUrl("Patient?identifier=" + identifier).returnBundle(Bundle.class).execute()
        .getEntry().size();
  }

  static Patient person() {
    Patient one = new Patient();
    one.addIdentifier(new Identifier().setSystem(SYSTEM).setValue(UUID.randomUUID().toString()));
    one.addName().setFamily("Nguyễn").addGiven("Văn").addGiven("Thử");
    one.setGender(AdministrativeGender.MALE);
    one.setBirthDateElement(new org.hl7.fhir.r4.model.DateType("1958-02-01"));
    one.setManagingOrganization(new Reference("Organization/ward-00004"));
    return one;
  }

  static String valueOf(Patient one) {
    return SYSTEM + "|" + one.getIdentifierFirstRep().getValue();
  }

  static Observation weight(String subject) {
    Observation one = new Observation();
    one.setStatus(Observation.ObservationStatus.FINAL);
    one.setCode(new CodeableConcept(new Coding("http://loinc.org", "29463-7", null)));
    one.setSubject(new Reference(subject));
    one.setEffective(new DateTimeType("2026-11-05T08:05:00+07:00"));
    one.setValue(new Quantity().setValue(58).setUnit("kg").setSystem("http://unitsofmeasure.org").setCode("kg"));
    return one;
  }

  static Bundle transaction() {
    String name = "urn:uuid:" + UUID.randomUUID();
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    bundle.addEntry().setResource(weight(name)).setFullUrl("urn:uuid:" + UUID.randomUUID())
        .getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Observation");
    bundle.addEntry().setResource(person()).setFullUrl(name)
        .getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Patient");
    return bundle;
  }

  static Parameters replacement(String path, String code) {
    Parameters parameters = new Parameters();
    Parameters.ParametersParameterComponent one = parameters.addParameter().setName("operation");
    one.addPart().setName("type").setValue(new CodeType("replace"));
    one.addPart().setName("path").setValue(new StringType(path));
    one.addPart().setName("value").setValue(new CodeType(code));
    return parameters;
  }

  static void step(String name, Work work) throws Exception {
    work.run();
    System.out.println("ok " + name);
  }

  /** The exception, of that class, that HAPI made of a refusal with an OperationOutcome. */
  static <E extends BaseServerResponseException> E refused(Class<E> kind, Work work) throws Exception {
    try {
      work.run();
    } catch (BaseServerResponseException told) {
      check(kind.isInstance(told), told.toString());
      check(told.getOperationOutcome() instanceof OperationOutcome, "an OperationOutcome: " + told);
      return kind.cast(told);
    }
    throw new AssertionError("not refused");
  }

  static void same(Object wanted, Object found) {
    check(wanted.equals(found), found + " instead of " + wanted);
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
