//! Every GraphQL document that is sent to a Spoke server. `tests/it/spoke/schema.rs` holds each against Spoke's own schema.
//!
//! Each asks for what is used and nothing else: a field that a texter may not read would make an error of the whole answer.

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// Its name, which is also that of the operation in the text.
    pub name: &'static str,
    /// The text.
    pub text: &'static str,
}

macro_rules! documents {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $text:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $constant: Document = Document { name: $name, text: $text };
        )*

        /// All of them.
        pub const ALL: &[Document] = &[$($constant),*];
    };
}

documents! {
    /// Who is signed in; null when nobody is.
    WHO = "who", "query who { currentUser { id firstName alias terms texterOrganizations: organizations(role: \"TEXTER\") { id name } } }";

    /// Still signed in?
    SESSION = "session", "query session { currentUser { id } }";

    /// The assignments in one organization. The aliases of the counts matter: the server fills them by their names.
    WORK = "todos", "query todos($organization: String!) {
  currentUser { id }
  user(organizationId: $organization) {
    id
    todos(organizationId: $organization) {
      id
      hasUnassignedContactsForTexter
      maxContacts
      campaign { id title isArchived useDynamicAssignment batchSize }
      allContactsCount: contactsCount
      unmessagedCount: contactsCount(contactsFilter: { messageStatus: \"needsMessage\", isOptedOut: false, validTimezone: true })
      unrepliedCount: contactsCount(contactsFilter: { messageStatus: \"needsResponse\", isOptedOut: false, validTimezone: true })
      badTimezoneCount: contactsCount(contactsFilter: { isOptedOut: false, validTimezone: false })
      totalMessagedCount: contactsCount(contactsFilter: { messageStatus: \"messaged\", isOptedOut: false, validTimezone: true })
      pastMessagesCount: contactsCount(contactsFilter: { messageStatus: \"convo\", isOptedOut: false, validTimezone: true })
      skippedMessagesCount: contactsCount(contactsFilter: { messageStatus: \"closed\", isOptedOut: false, validTimezone: true })
    }
  }
}";

    /// An assignment with its campaign: script, hours, canned replies, tags.
    ASSIGNMENT = "assignment", "query assignment($assignment: String) {
  currentUser { id }
  assignment(assignmentId: $assignment) {
    id
    maxContacts
    hasUnassignedContactsForTexter
    texter { id firstName lastName alias }
    campaignCannedResponses { id title text tagIds }
    campaign {
      id title description isArchived useDynamicAssignment batchSize dueBy timezone customFields
      overrideOrganizationTextingHours textingHoursEnforced textingHoursStart textingHoursEnd
      texterUIConfig { options sideboxChoices }
      interactionSteps {
        id script
        question { text answerOptions { value interactionStepId nextInteractionStep { id script } } }
      }
      organization {
        id name optOutMessage textingHoursEnforced textingHoursStart textingHoursEnd
        tags(group: \"texter-tags\") { id name }
      }
    }
  }
}";

    /// Who is in an assignment, without their bodies; also the poll for what changed.
    LINES = "lines", "query lines($assignment: String, $filter: ContactsFilter) {
  currentUser { id }
  assignment(assignmentId: $assignment) {
    id
    contacts(contactsFilter: $filter) { id firstName messageStatus updatedAt }
  }
}";

    /// The least that a poll needs. That contacts came or went shows in their number alone, whatever is asked for.
    POLL = "poll", "query poll($assignment: String, $filter: ContactsFilter) {
  currentUser { id }
  assignment(assignmentId: $assignment) {
    id
    contactsCount
    contacts(contactsFilter: $filter) { id updatedAt }
  }
}";

    /// Contacts in full, in the order asked for; null for one that is not in the assignment any more. A mutation by Spoke's choice.
    DETAILS = "details", "mutation details($assignment: String, $contacts: [String]) {
  getAssignmentContacts(assignmentId: $assignment, contactIds: $contacts) {
    id assignmentId firstName lastName cell zip external_id customFields messageStatus updatedAt
    optOut { id }
    questionResponseValues { interactionStepId value }
    location { city state timezone { offset hasDST } }
    messages { id createdAt text isFromContact userId media { type url } }
    tags { id value }
  }
}";

    /// Which assignment a contact is in.
    WHERE = "whereIs", "query whereIs($contact: String) { currentUser { id } assignment(contactId: $contact) { id } }";

    /// One text. Not idempotent: asked twice, two texts go out.
    SEND = "sendMessage", "mutation sendMessage($message: MessageInput!, $contact: String!, $canned: String) {
  sendMessage(message: $message, campaignContactId: $contact, cannedResponseId: $canned) {
    id messageStatus
    messages { id createdAt text isFromContact userId }
  }
}";

    /// Replaces the whole set of a contact's answers.
    ANSWERS = "answers", "mutation answers($answers: [QuestionResponseInput], $contact: String!) {
  updateQuestionResponses(questionResponses: $answers, campaignContactId: $contact)
}";

    /// Takes single answers away.
    CLEAR = "clear", "mutation clear($steps: [String], $contact: String!) {
  deleteQuestionResponses(interactionStepIds: $steps, campaignContactId: $contact) { id }
}";

    /// Closes a conversation, or opens it again.
    STATUS = "status", "mutation status($status: String!, $contact: String) {
  editCampaignContactMessageStatus(messageStatus: $status, campaignContactId: $contact) { id messageStatus }
}";

    /// Sets tags; one with the value `RESOLVED` counts as taken off.
    TAGS = "tags", "mutation tags($tags: [ContactTagInput], $contact: String!) {
  updateContactTags(tags: $tags, campaignContactId: $contact) { id tags { id value } }
}";

    /// Merges fields into a contact's own; the note is one of them.
    FIELDS = "fields", "mutation fields($fields: String!, $contact: String!) {
  updateContactCustomFields(customFields: $fields, campaignContactId: $contact) { id }
}";

    /// The words of the notice for somebody who opts out, which may differ by state.
    NOTICE = "notice", "mutation notice($organization: String, $zip: String, $otherwise: String) {
  getOptOutMessage(organizationId: $organization, zip: $zip, defaultMessage: $otherwise)
}";

    /// Opts a person out.
    OPT_OUT = "optOut", "mutation optOut($optOut: OptOutInput!, $contact: String!, $silent: Boolean) {
  createOptOut(optOut: $optOut, campaignContactId: $contact, noReply: $silent) { id optOut { id } }
}";

    /// Asks for more contacts. Not idempotent: asked twice, two batches are given.
    MORE = "more", "mutation more($assignment: String!, $count: Int!) {
  findNewCampaignContact(assignmentId: $assignment, numberContacts: $count) { found assignment { id hasUnassignedContactsForTexter } }
}";

    /// Asks for conversations that wait, as Spoke's page does for whom it calls vetted. Not idempotent either.
    TAKE = "take", "mutation take($assignment: String!, $count: Int!) {
  findNewCampaignContact(assignmentId: $assignment, numberContacts: $count, batchType: \"vetted-takeconversations\") { found assignment { id } }
}";

    /// Gives contacts back.
    RELEASE = "release", "mutation release($assignment: String!, $conversations: Boolean) {
  releaseContacts(assignmentId: $assignment, releaseConversations: $conversations) { id }
}";

    /// Takes up an invitation; for a campaign's link its token stands for the organization.
    JOIN = "join", "mutation join($organization: String!, $campaign: String) {
  joinOrganization(organizationUuid: $organization, campaignId: $campaign, queryParams: \"\") { id name }
}";

    /// Takes over the replies of a campaign that have waited for more than an hour, by its link for that.
    REPLIES = "replies", "mutation replies($token: String!, $campaign: String!) {
  dynamicReassign(joinToken: $token, campaignId: $campaign)
}";

    /// The word of a campaign's links, for who watches it.
    TOKEN = "token", "query token($campaign: String!) { currentUser { id } campaign(id: $campaign) { id joinToken } }";

    /// What a person may do in an organization.
    ROLES = "roles", "query roles($organization: String!) { currentUser { id roles(organizationId: $organization) } }";

    /// The campaigns of an organization, for who watches them. What is counted is null on a server without Redis.
    CAMPAIGNS = "campaigns", "query campaigns($organization: String!, $cursor: OffsetLimitCursor!, $filter: CampaignsFilter) {
  currentUser { id }
  organization(id: $organization) {
    id
    campaigns(cursor: $cursor, campaignsFilter: $filter, sortBy: ID_DESC) {
      ... on PaginatedCampaigns {
        campaigns {
          id title isStarted isArchived
          completionStats { assignedCount contactsCount errorCount messagedCount needsResponseCount }
        }
        pageInfo { total }
      }
    }
  }
}";

    /// One campaign with its sums and its texters. The aliases of the counts matter, as in [`WORK`].
    BOARD = "board", "query board($campaign: String!, $organization: String!) {
  currentUser { id }
  campaign(id: $campaign) {
    id title isStarted isArchived contactsCount
    stats { sentMessagesCount receivedMessagesCount optOutsCount errorCounts { code count description } }
    assignments(assignmentsFilter: { stats: true }) {
      id
      texter { id firstName lastName alias roles(organizationId: $organization) }
      unmessagedCount: contactsCount(contactsFilter: { messageStatus: \"needsMessage\" })
      unrepliedCount: contactsCount(contactsFilter: { messageStatus: \"needsResponse\", isOptedOut: false })
      contactsCount
    }
  }
}";

    /// How many contacts of a campaign are of which status, and in nobody's hands: the sums of lists of which nothing is read.
    SUMS = "sums", "query sums($organization: String!, $campaign: CampaignsFilter) {
  currentUser { id }
  needsMessage: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: {}, contactsFilter: { messageStatus: \"needsMessage\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  messaged: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: {}, contactsFilter: { messageStatus: \"messaged\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  needsResponse: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: {}, contactsFilter: { messageStatus: \"needsResponse\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  convo: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: {}, contactsFilter: { messageStatus: \"convo\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  closed: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: {}, contactsFilter: { messageStatus: \"closed\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  unassigned: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: { texterId: -2 }, contactsFilter: { messageStatus: \"needsMessage\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
  waitingUnassigned: conversations(cursor: { offset: 0, limit: 1 }, organizationId: $organization, campaignsFilter: $campaign, assignmentsFilter: { texterId: -2 }, contactsFilter: { messageStatus: \"needsResponse\", isOptedOut: false }, utc: \"0\") { pageInfo { total } }
}";

    /// Conversations of an organization that filters let pass. The filters are never null: that breaks the server's answer.
    CONVERSATIONS = "conversations", "query conversations($organization: String!, $cursor: OffsetLimitCursor!, $campaigns: CampaignsFilter, $assignments: AssignmentsFilter, $contacts: ContactsFilter, $text: String) {
  currentUser { id }
  conversations(cursor: $cursor, organizationId: $organization, campaignsFilter: $campaigns, assignmentsFilter: $assignments, contactsFilter: $contacts, messageTextFilter: $text, utc: \"0\") {
    conversations {
      texter { id displayName }
      contact { id firstName lastName messageStatus errorCode messages { id text isFromContact createdAt } tags { id value } optOut { id } }
      campaign { id title }
    }
    pageInfo { total }
  }
}";

    /// The people of an organization.
    PEOPLE = "people", "query people($organization: String!, $cursor: OffsetLimitCursor) {
  currentUser { id }
  people(organizationId: $organization, cursor: $cursor, sortBy: FIRST_NAME, role: \"ANY\") {
    ... on PaginatedUsers { users { id displayName roles(organizationId: $organization) } pageInfo { total } }
  }
}";

    /// An organization's tags, all of them.
    TAG_NAMES = "tagNames", "query tagNames($organization: String!) { currentUser { id } organization(id: $organization) { id tags { id name } } }";

    /// Gives these contacts to somebody, or to nobody (`-2`).
    REASSIGN = "reassign", "mutation reassign($organization: String!, $contacts: [CampaignIdContactId]!, $to: String!) {
  reassignCampaignContacts(organizationId: $organization, campaignIdsContactIds: $contacts, newTexterUserId: $to) { campaignId assignmentId }
}";

    /// Gives every contact that filters let pass to somebody, or to nobody (`-2`).
    REASSIGN_ALL = "reassignAll", "mutation reassignAll($organization: String!, $campaigns: CampaignsFilter, $assignments: AssignmentsFilter, $contacts: ContactsFilter, $text: String, $to: String!) {
  bulkReassignCampaignContacts(organizationId: $organization, campaignsFilter: $campaigns, assignmentsFilter: $assignments, contactsFilter: $contacts, messageTextFilter: $text, newTexterUserId: $to) { campaignId assignmentId }
}";

    /// Sets the status of these contacts.
    STATUSES = "statuses", "mutation statuses($status: String!, $contacts: [CampaignIdContactId]) {
  editCampaignContactMessageStatus(messageStatus: $status, campaignIdsContactIds: $contacts) { id messageStatus }
}";

    /// A campaign's script, canned replies and tags, for who may edit it.
    SCRIPT = "script", "query script($campaign: String!) {
  currentUser { id }
  campaign(id: $campaign) {
    id title description isArchived useDynamicAssignment batchSize dueBy timezone customFields
    overrideOrganizationTextingHours textingHoursEnforced textingHoursStart textingHoursEnd
    texterUIConfig { options sideboxChoices }
    cannedResponses { id title text tagIds }
    interactionSteps {
      id script
      question { text answerOptions { value interactionStepId nextInteractionStep { id script } } }
    }
    organization {
      id name optOutMessage textingHoursEnforced textingHoursStart textingHoursEnd
      tags(group: \"texter-tags\") { id name }
    }
  }
}";

    /// Whether somebody has filled in what an organization wants to know of its texters.
    PROFILE = "profile", "query profile($organization: String!) {
  currentUser { id }
  user(organizationId: $organization) { id profileComplete(organizationId: $organization) }
}";

    /// Accepts the server's terms.
    TERMS = "terms", "mutation terms($user: String!) { userAgreeTerms(userId: $user) { id terms } }";

    /// What the server can do, by the names of its operations: this tells its kind.
    KIND = "kind", "query kind { __schema { mutationType { fields { name } } } }";
}
